// postern: the command line of the suite. A new command is a file with its table of options and a
// line here.
#include "tools/postern/authres_parse.hpp"
#include "tools/postern/check.hpp"
#include "tools/postern/command.hpp"
#include "tools/postern/dkim_verify.hpp"
#include "tools/postern/key_show.hpp"
#include "tools/postern/keygen.hpp"
#include "tools/postern/spf_check.hpp"

#include <array>
#include <iostream>

int main(int argc, char** argv) {
    using namespace postern::tool;
    const std::array commands{kAuthresParse, kCheck, kDkimVerify, kKeygen, kKeyShow, kSpf};
    const std::span<const char* const> words(argv, static_cast<std::size_t>(argc));
    return dispatch(words.subspan(words.empty() ? 0 : 1), commands, {std::cout, std::cerr});
}
