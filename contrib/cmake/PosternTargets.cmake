# Targets to help oneself: format, lint, rooms, manlint.

file(GLOB_RECURSE POSTERN_ALL_SOURCES CONFIGURE_DEPENDS
     ${CMAKE_SOURCE_DIR}/common/*.[ch]pp ${CMAKE_SOURCE_DIR}/milters/*.[ch]pp ${CMAKE_SOURCE_DIR}/policyd/*.[ch]pp
     ${CMAKE_SOURCE_DIR}/tools/*.[ch]pp ${CMAKE_SOURCE_DIR}/tests/*.[ch]pp)

add_custom_target(format COMMAND clang-format -i ${POSTERN_ALL_SOURCES} VERBATIM
                  COMMENT "clang-format over the whole tree")
add_custom_target(format-check COMMAND clang-format --dry-run --Werror ${POSTERN_ALL_SOURCES} VERBATIM
                  COMMENT "clang-format: is every file formatted?")
add_custom_target(lint COMMAND "${CMAKE_SOURCE_DIR}/contrib/lint" "${CMAKE_BINARY_DIR}" VERBATIM USES_TERMINAL
                  COMMENT "clang-tidy, bugs profile")
add_custom_target(rooms COMMAND ${CMAKE_COMMAND} --graphviz=${CMAKE_BINARY_DIR}/rooms.dot ${CMAKE_BINARY_DIR}
                  COMMENT "the graph of rooms: rooms.dot in the build directory" VERBATIM)

# unit_tests, thread_tests: what contrib/check builds with a sanitizer, the programs included. After all tests are known.
function(postern_test_targets)
    get_property(UNIT GLOBAL PROPERTY POSTERN_UNIT_TESTS)
    get_property(THREAD GLOBAL PROPERTY POSTERN_THREAD_TESTS)
    set(PROGRAMS echo_milter postern postern-replay postern-sign postern-verify)
    add_custom_target(unit_tests DEPENDS ${UNIT} ${PROGRAMS})
    add_custom_target(thread_tests DEPENDS ${THREAD} ${PROGRAMS})
endfunction()
