#include "milters/sign/key_chain.hpp"

#include <utility>

namespace postern::sign {

KeyChain::KeyChain(std::vector<std::shared_ptr<const KeySource>> sources)
    : sources_(std::move(sources)) {}

Selection KeyChain::select(const message::Mailbox& from) const {
    Selection selection{.keys = {}, .why = "no keys configured"};
    for (const auto& source : sources_) {
        selection = source->select(from);
        if (selection.broken || !selection.keys.empty()) break;
    }
    return selection;
}

} // namespace postern::sign
