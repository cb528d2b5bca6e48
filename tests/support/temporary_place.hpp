// A temporary directory with files of a test, gone with it; and what loading said, as text.
#pragma once

#include "common/config/problem.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace postern::testing_support {

class TemporaryPlace {
public:
    TemporaryPlace() {
        std::string name = "/tmp/postern-test-XXXXXX";
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryPlace() { std::filesystem::remove_all(path_); }
    TemporaryPlace(const TemporaryPlace&) = delete;
    TemporaryPlace& operator=(const TemporaryPlace&) = delete;

    [[nodiscard]] std::string path(const std::string& name = {}) const {
        return name.empty() ? path_ : path_ + "/" + name;
    }
    /// The path of the file.
    std::string write(const std::string& name, const std::string& text, mode_t mode = 0640) const {
        const std::string file = path(name);
        std::filesystem::create_directories(std::filesystem::path(file).parent_path());
        std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
        ::chmod(file.c_str(), mode);
        return file;
    }

private:
    std::string path_;
};

/// One a line.
inline std::string texts(const config::Problems& list) {
    std::string all;
    for (const auto& one : list)
        all += one.text() + "\n";
    return all;
}

} // namespace postern::testing_support
