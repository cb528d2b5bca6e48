// Private keys by file: held parsed, and followed when the file is overwritten or replaced.
//
//     auto ring = std::make_shared<KeyRing>(clock, options);
//     std::shared_ptr<KeyFile> file = ring->file("/etc/postern/keys/example.org/2026a.pem");
//     if (auto key = file->key()) (*key)->sign(digest);
//
// One ring serves every configuration snapshot of a daemon, so that a reload after privileges were
// dropped still has the keys read as root. It forgets a file when the last snapshot naming it dies.
//
// When keys are read. Parsing one RSA key costs some 100 to 300 microseconds in OpenSSL 3.0 and the
// parsed key some kilobytes, so tables of many thousand rows read the first Options::eager files at
// start and each of the others when a message first needs it. A file that Options::reader could not
// read later (root only, 0600) is read at start however many there are.
#pragma once

#include "common/base/clock.hpp"
#include "common/base/file.hpp"
#include "common/base/guarded.hpp"
#include "common/base/result.hpp"
#include "common/crypto/key.hpp"

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace postern::sign {

struct Report;

using KeyPointer = std::shared_ptr<const crypto::PrivateKey>;

/// Who reads keys once privileges are dropped.
struct KeyReader {
    uid_t user = 0;
    std::vector<gid_t> groups;
};

struct KeyRingOptions {
    bool refuse_unsafe = false;      ///< a key others can read or a group can write is no key
    std::size_t eager = 1000;        ///< how many files of a table are parsed at start
    std::optional<KeyReader> reader; ///< nothing: privileges stay as they are
    /// Called when a file that changed is no good (once per change) or became good again; on the
    /// thread that noticed. May be empty.
    std::function<void(const std::string& line)> warn;
};

/// One key file. Thread-safe; get it from KeyRing::file.
class KeyFile {
public:
    KeyFile(std::string path, const Clock& clock, const KeyRingOptions& options);

    /// The key, read now if it never was. Looks at the file (one stat) at most once a second; while
    /// one thread reads a changed file the others use the old key. A new file that cannot be read
    /// or parsed leaves the old key in place. The error names the path.
    [[nodiscard]] Result<KeyPointer> key() const;

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// "mode 0644, others can read it" for the file last read, else empty.
    [[nodiscard]] std::string unsafe() const;

    static constexpr std::size_t kMaxBytes = 64UL * 1024;

private:
    struct State {
        KeyPointer key;
        std::string error;              ///< why there is no key
        std::optional<FileStamp> stamp; ///< of the last attempt, also a failed one
        bool young = false;             ///< written so recently that the stamp may not tell
        std::size_t fingerprint = 0;    ///< of the text, to pass over a touched file
        std::string complaint, unsafe;  ///< what was last warned of
    };
    struct Attempt;
    void look(bool first) const;
    [[nodiscard]] Attempt read() const;

    std::string path_;
    const Clock& clock_;
    const KeyRingOptions& options_;
    mutable std::mutex reading_; ///< held while the file is read and parsed, never for State
    mutable std::atomic<std::int64_t> next_look_; ///< steady nanoseconds
    mutable Guarded<State> state_;
};

class KeyRing {
public:
    /// `clock` must outlive the ring and every file of it.
    explicit KeyRing(const Clock& clock, KeyRingOptions options = {});
    KeyRing(const KeyRing&) = delete;
    KeyRing& operator=(const KeyRing&) = delete;
    ~KeyRing();

    /// The file of this path, the same object for the same path; nothing is read yet.
    [[nodiscard]] std::shared_ptr<const KeyFile> file(const std::string& path);

    /// For paths made from an address ("/keys/%/mail.pem"): the ring itself keeps at most
    /// kMaxPassing of them, and drops them all when there are more.
    [[nodiscard]] std::shared_ptr<const KeyFile> passing_file(const std::string& path);

    /// Must this file be read before privileges are dropped?
    [[nodiscard]] bool must_read_now(const std::string& path) const;

    [[nodiscard]] const Clock& clock() const noexcept;
    [[nodiscard]] const KeyRingOptions& options() const noexcept;

    static constexpr std::size_t kMaxPassing = 4096;

private:
    struct Shared; ///< options, outliving the ring while files are in use
    std::shared_ptr<Shared> shared_;
};

} // namespace postern::sign
