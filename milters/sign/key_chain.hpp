// Several key sources, asked in turn: the first that has something to say about an author decides.
#pragma once

#include "milters/sign/key_source.hpp"

#include <memory>
#include <vector>

namespace postern::sign {

class KeyChain final : public KeySource {
public:
    explicit KeyChain(std::vector<std::shared_ptr<const KeySource>> sources);
    [[nodiscard]] Selection select(const message::Mailbox& from) const override;

private:
    std::vector<std::shared_ptr<const KeySource>> sources_;
};

} // namespace postern::sign
