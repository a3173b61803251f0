"""What hosts find beside the node: menus, a gizmo, a PyPlug, all made from the one table."""
