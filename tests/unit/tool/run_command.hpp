// Runs one command of the tool in this process.
#pragma once

#include "tests/support/temporary_place.hpp"
#include "tools/postern/command.hpp"

#include <span>
#include <sstream>
#include <string>
#include <vector>

namespace postern::tool {

struct Said {
    int code = 0;
    std::string out, err;
};

/// `words` as on the command line, with the name of the command; `input` is standard input.
inline Said run_command(const Command& command, const std::vector<std::string>& words,
                        const std::string& input = {}) {
    std::vector<const char*> pointers;
    for (const std::string& word : words)
        pointers.push_back(word.c_str());
    std::ostringstream out, err;
    std::istringstream in(input);
    const int code = dispatch(pointers, std::span(&command, 1), {out, err, in});
    return {code, out.str(), err.str()};
}

} // namespace postern::tool
