// Runs a fuzz target over its corpus without a fuzzer, so that every ctest of every compiler does:
// each file below the directories given goes once through LLVMFuzzerTestOneInput.
//
//     fuzz_header tests/fuzz/corpus/header
//
// A directory that is missing or holds no file is an error: a corpus that vanished must not look
// like a test that passed.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

bool read_whole(const std::filesystem::path& path, std::vector<std::uint8_t>& content) {
    content.resize(std::filesystem::file_size(path));
    std::FILE* const file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) return false;
    const bool whole = std::fread(content.data(), 1, content.size(), file) == content.size();
    std::fclose(file);
    return whole;
}

/// Files below `place` (or `place` itself), sorted so that two runs take the same order.
std::vector<std::filesystem::path> files_below(const std::filesystem::path& place) {
    namespace fs = std::filesystem;
    std::vector<fs::path> files;
    if (fs::is_regular_file(place)) files.push_back(place);
    if (fs::is_directory(place))
        for (const auto& entry : fs::recursive_directory_iterator(place))
            if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

int replay(int argc, char** argv) {
    std::size_t count = 0;
    for (int i = 1; i < argc; ++i) {
        const auto files = files_below(argv[i]);
        if (files.empty()) {
            std::fprintf(stderr, "%s: no such corpus, or it is empty\n", argv[i]);
            return 1;
        }
        for (const auto& path : files) {
            std::vector<std::uint8_t> input; // on the heap: a sanitizer sees one octet too far
            if (!read_whole(path, input)) {
                std::fprintf(stderr, "%s: cannot be read\n", path.c_str());
                return 1;
            }
            std::fprintf(stderr, "running %s\n", path.c_str()); // the last line names a crasher
            LLVMFuzzerTestOneInput(input.data(), input.size());
            ++count;
        }
    }
    if (count == 0) {
        std::fprintf(stderr, "usage: %s corpus-directory...\n", argc > 0 ? argv[0] : "fuzz target");
        return 1;
    }
    std::printf("%zu inputs, none of them trouble\n", count);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    try {
        return replay(argc, argv);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
    }
    return 1;
}
