// Key records already parsed, by their text: a signer's key is the same for thousands of messages,
// and a parsed key has prepared contexts that are worth more than the parsing.
//
//     KeyCache keys(2000); // one per process
//     const auto record = keys.find_or_parse(answer.records[0].text);
#pragma once

#include "common/base/guarded.hpp"
#include "common/base/result.hpp"
#include "common/dkim/key_record.hpp"

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace postern::dkim {

/// Any number of threads. How old an answer may be is DNS's matter (common/dns/cache): equal text
/// is an equal key, whenever it came.
class KeyCache {
public:
    /// Longer records are parsed each time; RSA with 8192 bits takes 1400 octets.
    static constexpr std::size_t kMaxRecordOctets = 2048;

    /// `limit`: records kept, those used last; 0 keeps none. One with its contexts takes up to 20
    /// kB.
    explicit KeyCache(std::size_t limit = 1000) : limit_(limit) {}

    /// As KeyRecord::parse(). What cannot be parsed is not kept.
    [[nodiscard]] Result<std::shared_ptr<const KeyRecord>> find_or_parse(std::string_view text);

    [[nodiscard]] std::size_t size() const;

private:
    struct Kept {
        std::string text;
        std::shared_ptr<const KeyRecord> record;
    };
    /// A tree and no hash table, so that records chosen to collide buy nothing.
    struct State {
        std::list<Kept> by_use; ///< used last in front
        std::map<std::string_view, std::list<Kept>::iterator, std::less<>> by_text;
    };

    std::size_t limit_;
    Guarded<State> state_;
};

} // namespace postern::dkim
