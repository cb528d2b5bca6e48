# cmake -DDIRECTORY=man -P lint.cmake, or with -DPAGES="a.8;b.5": fails when mandoc has a warning or worse about a page,
# or is not there. Style remarks, such as manuals of other packages that are not installed, are passed over.
find_program(MANDOC mandoc)
if(NOT MANDOC)
    message(FATAL_ERROR "mandoc is missing; on Debian: apt-get install mandoc")
endif()
if(DIRECTORY)
    file(GLOB PAGES "${DIRECTORY}/*.[1-8]")
endif()
if(NOT PAGES)
    message(FATAL_ERROR "there are no manual pages to look at")
endif()
execute_process(COMMAND ${MANDOC} -Tlint -W warning ${PAGES} RESULT_VARIABLE STATUS
                OUTPUT_VARIABLE FINDINGS ERROR_VARIABLE FINDINGS)
if(NOT STATUS EQUAL 0)
    message(FATAL_ERROR "mandoc -Tlint -W warning says:\n${FINDINGS}")
endif()
