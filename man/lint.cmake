# cmake -DPAGES=a.8;b.5 -P lint.cmake: fails when mandoc has a warning or worse, or is not there.
find_program(MANDOC mandoc)
if(NOT MANDOC)
    message(FATAL_ERROR "mandoc is missing; on Debian: apt-get install mandoc")
endif()
if(NOT PAGES)
    message(FATAL_ERROR "no manual pages were named")
endif()
execute_process(COMMAND ${MANDOC} -Tlint -W warning ${PAGES} RESULT_VARIABLE STATUS
                OUTPUT_VARIABLE FINDINGS ERROR_VARIABLE FINDINGS)
if(NOT STATUS EQUAL 0)
    message(FATAL_ERROR "mandoc -Tlint -W warning says:\n${FINDINGS}")
endif()
