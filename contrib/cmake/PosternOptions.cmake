# Language, warnings, sanitizers, hardening: what every target of the tree is built with.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

option(POSTERN_HARDEN "Hardening flags and link-time optimization, as for a package" OFF)
option(POSTERN_FUZZ "Build the fuzz targets with libFuzzer (needs Clang)" OFF)
set(POSTERN_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined")

# Without the scripts too: CC and CXX compile through ccache where it is installed.
find_program(POSTERN_CCACHE ccache)
if(POSTERN_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_C_COMPILER_LAUNCHER "${POSTERN_CCACHE}")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${POSTERN_CCACHE}")
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Werror
    $<$<COMPILE_LANGUAGE:CXX>:-Wconversion> $<$<COMPILE_LANGUAGE:CXX>:-Wshadow>
    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>
    $<$<COMPILE_LANGUAGE:CXX>:-Wimplicit-fallthrough>
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-missing-field-initializers>) # designated initializers leave the rest at its default
add_link_options(-Wl,--as-needed)

if(POSTERN_SANITIZE)
    add_compile_options(-fsanitize=${POSTERN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all
                        # GCC 12 takes the instrumented insides of std::regex for uninitialized
                        $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    add_link_options(-fsanitize=${POSTERN_SANITIZE})
endif()
if(POSTERN_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(POSTERN_HARDEN)
    add_compile_options(-fstack-protector-strong -fstack-clash-protection -fcf-protection -U_FORTIFY_SOURCE
                        -D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS)
    add_link_options(-Wl,-z,relro,-z,now -flto=auto)
    set(CMAKE_POSITION_INDEPENDENT_CODE ON)
    include(CheckPIESupported)
    check_pie_supported()
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
