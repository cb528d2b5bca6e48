#include "common/spf/verdict.hpp"

namespace postern::spf {

std::string_view to_string(Status status) noexcept {
    switch (status) {
    case Status::None:
        return "none";
    case Status::Neutral:
        return "neutral";
    case Status::Pass:
        return "pass";
    case Status::Fail:
        return "fail";
    case Status::SoftFail:
        return "softfail";
    case Status::TempError:
        return "temperror";
    case Status::PermError:
        return "permerror";
    }
    return "?";
}

std::string_view to_string(Identity identity) noexcept {
    return identity == Identity::Helo ? "helo" : "mailfrom";
}

} // namespace postern::spf
