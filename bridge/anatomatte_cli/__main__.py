"""``python -m anatomatte_cli``."""

from .main import main

raise SystemExit(main())
