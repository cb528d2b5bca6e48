#include "milters/sign/key_directory.hpp"

#include "common/base/domain.hpp"
#include "common/base/text.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <limits>
#include <map>
#include <system_error>
#include <unordered_map>

namespace postern::sign {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::size_t kMaxEntries = 1'000'000; // of one directory

struct Entry {
    std::string name;
    bool is_directory = false; ///< links are followed
};

/// Entries by name, hidden ones left out.
Result<std::vector<Entry>> list(const std::string& path) {
    std::error_code error;
    std::vector<Entry> entries;
    fs::directory_iterator at(path, error);
    for (; !error && at != fs::directory_iterator(); at.increment(error)) {
        Entry entry{.name = at->path().filename().string()};
        if (entry.name.starts_with('.')) continue;
        std::error_code ignored;
        entry.is_directory = at->is_directory(ignored);
        entries.push_back(std::move(entry));
        if (entries.size() > kMaxEntries) return fail("too many entries");
    }
    if (error) return fail(error.message());
    std::sort(entries.begin(), entries.end(),
              [](const Entry& a, const Entry& b) { return a.name < b.name; });
    return entries;
}

/// Tells once a second at most whether a directory has changed since it was last listed.
class Watch {
public:
    explicit Watch(const Clock& clock) : clock_(clock) {}

    /// True for one thread when it is time to look again.
    bool due() {
        const auto now =
            std::chrono::duration_cast<std::chrono::nanoseconds>(clock_.steady().time_since_epoch())
                .count();
        std::int64_t next = next_.load();
        return now >= next && next_.compare_exchange_strong(next, now + kSecond);
    }
    /// To be called when due, before listing.
    bool changed(const std::string& path) {
        const auto found = stat_file(path);
        const std::optional<FileStamp> stamp = found ? std::optional(*found) : std::nullopt;
        return state_.with([&](State& state) {
            if (stamp == state.stamp && !state.young && state.listed) return false;
            // Within the same tick of the file system's clock a second change leaves no trace.
            const std::int64_t age =
                stamp ? clock_.unix_time() - stamp->modified_ns / kSecond : kSecond;
            state = {stamp, age > -2 && age < 2, true};
            return true;
        });
    }

private:
    struct State {
        std::optional<FileStamp> stamp;
        bool young = false, listed = false;
    };
    const Clock& clock_;
    std::atomic<std::int64_t> next_{std::numeric_limits<std::int64_t>::min()};
    Guarded<State> state_;
};

struct Named {
    std::string selector;
    std::shared_ptr<const KeyFile> file;
};

/// What was passed over in a listing, and why.
struct Note {
    std::string path, what, remedy;
};
using Notes = std::vector<Note>;

/// keys/<domain>/
struct Folder {
    Folder(std::string where, const Clock& clock) : path(std::move(where)), watch(clock) {}

    struct State {
        std::shared_ptr<const std::vector<Named>> keys = std::make_shared<std::vector<Named>>();
        std::string error; ///< the folder could not be listed, and never was
    };

    std::string path;
    mutable Watch watch;
    mutable Guarded<State> state;

    State current(KeyRing& ring) const {
        if (watch.due() && watch.changed(path))
            for (const Note& note : refresh(ring))
                if (ring.context().options.warn)
                    ring.context().options.warn(note.path + ": " + note.what);
        return state.get();
    }

    Notes refresh(KeyRing& ring) const {
        Notes notes;
        const auto entries = list(path);
        if (!entries) {
            notes.push_back({path, entries.error().message, "let our user list it"});
            state.with([&](State& now) {
                if (now.keys->empty()) now.error = path + ": " + entries.error().message;
            });
            return notes;
        }
        auto keys = std::make_shared<std::vector<Named>>();
        for (const Entry& entry : *entries) {
            if (entry.is_directory || !entry.name.ends_with(".pem")) continue;
            const std::string file = path + "/" + entry.name;
            const auto selector =
                to_a_labels(std::string_view(entry.name).substr(0, entry.name.size() - 4));
            if (!selector) {
                notes.push_back({file, "the file name is no selector: " + selector.error().message,
                                 "rename it to <selector>.pem"});
                continue;
            }
            keys->push_back({*selector, ring.file(file)});
        }
        state.with([&](State& now) {
            now.keys = std::move(keys);
            now.error.clear();
        });
        return notes;
    }
};

using Folders =
    std::unordered_map<std::string, std::shared_ptr<const Folder>, TextHash, std::equal_to<>>;

} // namespace

struct KeyDirectory::Impl {
    Impl(std::string where, ParentDomains rule, std::shared_ptr<KeyRing> keys)
        : path(std::move(where)), parents(rule), ring(std::move(keys)),
          watch(ring->context().clock) {}

    std::string path;
    ParentDomains parents;
    std::shared_ptr<KeyRing> ring;
    Watch watch;
    Guarded<std::shared_ptr<const Folders>> folders{std::make_shared<const Folders>()};

    std::shared_ptr<const Folders> current() {
        if (watch.due() && watch.changed(path)) {
            Notes notes;
            if (const auto done = refresh(notes); !done && ring->context().options.warn)
                ring->context().options.warn(path + ": " + done.error().message +
                                             "; its keys stay in use");
        }
        return folders.get();
    }

    /// Lists the domains; folders already known stay the same objects. Changed folders show in
    /// their own time stamps, not in this directory's.
    Result<void> refresh(Notes& notes) {
        const auto entries = list(path);
        if (!entries) return tl::unexpected(entries.error());
        const auto old = folders.get();
        auto fresh = std::make_shared<Folders>();
        for (const Entry& entry : *entries) {
            const std::string where = path + "/" + entry.name;
            if (!entry.is_directory) {
                if (entry.name.ends_with(".pem"))
                    notes.push_back({where, "a key here belongs to no domain",
                                     "move it to <domain>/<selector>.pem"});
                continue;
            }
            const auto domain = to_a_labels(entry.name);
            if (!domain) {
                notes.push_back({where, "the folder name is no domain: " + domain.error().message,
                                 "rename it to the domain it is for"});
                continue;
            }
            const auto known = old->find(*domain);
            const bool same = known != old->end() && known->second->path == where;
            auto folder =
                same ? known->second : std::make_shared<const Folder>(where, ring->context().clock);
            if (!fresh->emplace(*domain, std::move(folder)).second)
                notes.push_back({where, "there are two folders for " + *domain,
                                 "put all keys into one of them"});
        }
        folders.set(std::move(fresh));
        return {};
    }
};

KeyDirectory::KeyDirectory(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeyDirectory::~KeyDirectory() = default;

std::shared_ptr<const KeyDirectory> KeyDirectory::load(const std::string& path,
                                                       ParentDomains parents,
                                                       std::shared_ptr<KeyRing> ring,
                                                       tables::Report& report) {
    auto made = std::make_unique<Impl>(path, parents, std::move(ring));
    Impl& directory = *made;
    Notes notes;
    directory.watch.due();
    directory.watch.changed(path);
    if (const auto done = directory.refresh(notes); !done)
        report.problem({}, path + ": " + done.error().message,
                       "make it, and put keys in as <domain>/<selector>.pem");

    const std::size_t eager = directory.ring->context().options.eager;
    std::size_t parsed = 0;
    const auto folders = directory.folders.get();
    const std::map<std::string_view, std::shared_ptr<const Folder>> sorted(folders->begin(),
                                                                           folders->end());
    for (const auto& [domain, folder] : sorted) {
        folder->watch.due();
        folder->watch.changed(folder->path);
        for (Note& note : folder->refresh(*directory.ring))
            notes.push_back(std::move(note));
        for (const Named& named : *folder->state.get().keys) {
            const std::string& file = named.file->path();
            if (parsed >= eager && !directory.ring->must_read_now(file)) continue;
            ++parsed;
            if (const auto key = named.file->load(); !key)
                report.warn({}, key.error().message, "put a good key there, or remove the file");
            else
                warn_of_key(*named.file, **key, {}, {}, report);
        }
    }
    for (Note& note : notes)
        report.warn({}, note.path + ": " + note.what, note.remedy);
    return std::shared_ptr<const KeyDirectory>(new KeyDirectory(std::move(made)));
}

Selection KeyDirectory::select(const message::Mailbox& from) const {
    const auto author = to_a_labels(from.domain);
    if (!author)
        return {.keys = {}, .why = "no key for a domain that is none: " + author.error().message};

    const auto folders = impl_->current();
    for (std::string_view domain = *author; !domain.empty(); domain = parent_domain(domain)) {
        if (const auto found = folders->find(domain); found != folders->end()) {
            const Folder::State state = found->second->current(*impl_->ring);
            if (!state.error.empty()) return {.keys = {}, .why = state.error, .broken = true};
            Selection selection;
            for (const Named& named : *state.keys) {
                auto key = named.file->key();
                if (key)
                    selection.keys.push_back(
                        {std::string(domain), named.selector, {}, *std::move(key)});
                else
                    selection.why = key.error().message;
            }
            selection.broken = !state.keys->empty() && selection.keys.empty();
            if (selection.broken) return selection;
            if (!selection.keys.empty()) {
                selection.why.clear();
                std::stable_partition(selection.keys.begin(), selection.keys.end(),
                                      [](const KeyChoice& choice) {
                                          return choice.key->type() == crypto::KeyType::Ed25519;
                                      });
                return selection;
            }
        }
        if (impl_->parents == ParentDomains::No) break;
    }
    return {.keys = {}, .why = "no key for " + *author};
}

} // namespace postern::sign
