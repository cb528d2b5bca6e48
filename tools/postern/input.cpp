#include "tools/postern/input.hpp"

#include "common/base/file.hpp"
#include "common/base/text.hpp"

#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <fstream>

namespace postern::tool {

Result<std::string> read_input(const std::string& path, std::istream& in, std::size_t limit) {
    struct stat facts {};
    std::ifstream file;
    if (path != "-") {
        if (stat(path.c_str(), &facts) != 0) return fail(path + ": " + errno_text(errno));
        if (S_ISDIR(facts.st_mode)) return fail(path + ": is a directory");
        file.open(path, std::ios::binary);
        if (!file) return fail(path + ": " + errno_text(errno));
    }
    std::istream& from = path == "-" ? in : file;
    std::string text;
    std::array<char, 65536> buffer{};
    while (from.read(buffer.data(), buffer.size()) || from.gcount() > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(from.gcount()));
        if (text.size() > limit)
            return fail((path == "-" ? "standard input" : path) + ": more than " +
                        std::to_string(limit) + " octets");
    }
    if (from.bad()) return fail(path + ": cannot be read to its end");
    return text;
}

std::string printable(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string shown;
    while (!text.empty()) {
        const auto first = static_cast<unsigned char>(text.front());
        std::size_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
        const bool control =
            first < 0x20 || first == 0x7f ||
            (first == 0xc2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xa0); // C1
        if (control || size > text.size() || !is_utf8(text.substr(0, size))) {
            size = 1;
            shown.append("\\x").append({kHex[first >> 4U], kHex[first & 15U]});
        } else {
            shown.append(text.substr(0, size));
        }
        text.remove_prefix(size);
    }
    return shown;
}

} // namespace postern::tool
