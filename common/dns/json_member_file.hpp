// A file that holds one JSON object, to which members are added at its end; a valid document after
// every write.
//
//     auto file = JsonMemberFile::open("dns.json");
//     file->append("\"example.org. TXT\": [\"v=spf1 -all\"]");
//
// The closing brace is overwritten by one pwrite(2), under flock(2), so that several processes may
// add to one file.
#pragma once

#include "common/base/result.hpp"
#include "common/base/unique_fd.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace postern::dns {

class JsonMemberFile {
public:
    /// Made if it is not there or empty; what is there must end as an object does.
    static Result<JsonMemberFile> open(const std::string& path);

    /// `member`: "key": value, without comma. More than `limit` octets in the whole file are an
    /// error; after an error the file is as it was.
    Result<void> append(std::string_view member, std::size_t limit);

private:
    JsonMemberFile(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
    [[nodiscard]] Result<void> append_locked(std::string_view member, std::size_t limit);

    std::string path_;
    UniqueFd fd_;
};

} // namespace postern::dns
