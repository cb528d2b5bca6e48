# One helper states a room: its sources, the rooms it looks at, the foreign library it is the home of.
#
#   postern_room(dns SOURCES wire.cpp cache.cpp USES base PRIVATE PkgConfig::ldns)
#
# makes the static library postern_dns with the alias postern::dns. USES is public: a room's headers may name
# types of the rooms it uses. Foreign libraries are PRIVATE, so no other room can include their headers by accident.

function(postern_room NAME)
    cmake_parse_arguments(ROOM "" "" "SOURCES;USES;PRIVATE" ${ARGN})
    add_library(postern_${NAME} STATIC ${ROOM_SOURCES})
    add_library(postern::${NAME} ALIAS postern_${NAME})
    target_include_directories(postern_${NAME} PUBLIC "${CMAKE_SOURCE_DIR}")
    list(TRANSFORM ROOM_USES PREPEND postern::)
    target_link_libraries(postern_${NAME} PUBLIC ${ROOM_USES} PRIVATE ${ROOM_PRIVATE} Threads::Threads)
endfunction()

# A program of the suite: postern_program(postern-sign SOURCES main.cpp USES sign)
function(postern_program NAME)
    cmake_parse_arguments(PROGRAM "" "" "SOURCES;USES;PRIVATE" ${ARGN})
    add_executable(${NAME} ${PROGRAM_SOURCES})
    list(TRANSFORM PROGRAM_USES PREPEND postern::)
    target_link_libraries(${NAME} PRIVATE ${PROGRAM_USES} ${PROGRAM_PRIVATE} Threads::Threads)
    if(NAME MATCHES "^postern(-replay)?$")
        install(TARGETS ${NAME} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
    else()
        install(TARGETS ${NAME} RUNTIME DESTINATION "${CMAKE_INSTALL_SBINDIR}")
    endif()
endfunction()

# Unit tests of a room: postern_test(base_test SOURCES text_test.cpp USES base). THREADS: its subject is used by several
# threads at once, so the thread sanitizer has something to see. The targets unit_tests and thread_tests build those of
# a kind (see PosternTargets).
function(postern_test NAME)
    cmake_parse_arguments(TEST "THREADS" "TIMEOUT" "SOURCES;USES;PRIVATE;LABELS" ${ARGN})
    add_executable(${NAME} ${TEST_SOURCES})
    list(TRANSFORM TEST_USES PREPEND postern::)
    target_include_directories(${NAME} PRIVATE "${CMAKE_SOURCE_DIR}")
    target_link_libraries(${NAME} PRIVATE ${TEST_USES} ${TEST_PRIVATE} GTest::gmock_main Threads::Threads)
    target_compile_definitions(${NAME} PRIVATE POSTERN_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                               POSTERN_BINARY_DIR="${CMAKE_BINARY_DIR}")
    if(NOT TEST_TIMEOUT)
        set(TEST_TIMEOUT 120)
    endif()
    add_test(NAME ${NAME} COMMAND ${NAME})
    set_property(GLOBAL APPEND PROPERTY POSTERN_UNIT_TESTS ${NAME})
    if(TEST_THREADS)
        list(APPEND TEST_LABELS threads)
        set_property(GLOBAL APPEND PROPERTY POSTERN_THREAD_TESTS ${NAME})
    endif()
    set_tests_properties(${NAME} PROPERTIES TIMEOUT ${TEST_TIMEOUT} LABELS "unit;${TEST_LABELS}")
endfunction()

# A fuzz target: postern_fuzz(fuzz_tag_list USES message). With POSTERN_FUZZ a libFuzzer binary; otherwise, and in every
# ctest, tests/fuzz/replay_main.cpp runs the corpus tests/fuzz/corpus/<name>/ through the same function.
function(postern_fuzz NAME)
    cmake_parse_arguments(FUZZ "" "" "USES;PRIVATE" ${ARGN})
    list(TRANSFORM FUZZ_USES PREPEND postern::)
    string(REGEX REPLACE "^fuzz_" "" SUBJECT ${NAME})
    if(POSTERN_FUZZ)
        add_executable(${NAME} ${NAME}.cpp)
        target_link_options(${NAME} PRIVATE -fsanitize=fuzzer)
        add_test(NAME ${NAME} COMMAND ${NAME} -runs=0 "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${SUBJECT}")
    else()
        add_executable(${NAME} ${NAME}.cpp replay_main.cpp)
        add_test(NAME ${NAME} COMMAND ${NAME} "${CMAKE_CURRENT_SOURCE_DIR}/corpus/${SUBJECT}")
    endif()
    target_link_libraries(${NAME} PRIVATE ${FUZZ_USES} ${FUZZ_PRIVATE} Threads::Threads)
    set_tests_properties(${NAME} PROPERTIES TIMEOUT 120 LABELS "fuzz-corpus")
    set_property(GLOBAL APPEND PROPERTY POSTERN_FUZZ_TARGETS ${NAME})
endfunction()
