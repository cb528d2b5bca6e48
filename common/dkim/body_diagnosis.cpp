#include "common/dkim/diagnosis.hpp"

namespace postern::dkim {

void BodyDiagnosis::update(std::string_view chunk) {
    if (gave_up_) return;
    if (chunk.size() > limits_.body_octets - body_.size()) {
        gave_up_ = true;
        body_ = std::string(); // gives the memory back
        return;
    }
    body_.append(chunk);
}

std::vector<std::string_view> BodyDiagnosis::explain(std::span<const WantedBodyHash> wanted) {
    return std::vector<std::string_view>(wanted.size());
}

} // namespace postern::dkim
