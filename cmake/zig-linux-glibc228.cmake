# Builds for glibc 2.28 (Rocky 8 and its like) on any x86-64 Linux: zig, from the PyPI wheel `ziglang`,
# brings that library's headers and symbols and a C++ library that is linked in.
#   -DANATOMATTE_ZIG=PYTHON   a Python that has ziglang; default: the first python3 of PATH
find_program(ANATOMATTE_ZIG python3 REQUIRED)
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ANATOMATTE_ZIG)
set(CMAKE_C_COMPILER "${ANATOMATTE_ZIG}" -m ziglang cc -target x86_64-linux-gnu.2.28)
set(CMAKE_CXX_COMPILER "${ANATOMATTE_ZIG}" -m ziglang c++ -target x86_64-linux-gnu.2.28)
set(CMAKE_MODULE_LINKER_FLAGS_INIT -s)
set(CMAKE_EXE_LINKER_FLAGS_INIT -s)
# what zig leaves out of shared objects
set(ANATOMATTE_UNLOADING ON)
