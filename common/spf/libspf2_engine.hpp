// libspf2 as the second engine, in the rewriting form: our strict parser reads the record, and
// libspf2 is told its terms as address literals and tokens ("-a:t3.x/24"). What a token stands for
// is found out when libspf2 looks it up, by the expander, the limits and the answers that the own
// engine uses too. Which term matches, and with which result, libspf2 says.
//
//     record     v=spf1 ip4:192.0.2.0/24 -a:%{d2}/24 mx -all exp=why.%{d} redirect=other.example
//     libspf2    v=spf1 +ip4:192.0.2.0/24 -a:t1.x/24 ?exists:m1.x +mx:t2.x ?exists:m2.x -all
//
// m1.x never exists: that it is asked for shows that term 1 did not match. Long records are told in
// several parts, because libspf2 drops what is beyond 511 octets of compiled form.
#pragma once

#include "common/spf/evaluator.hpp"
#include "common/spf/libspf2.hpp"

#include <memory>

namespace postern::spf {

/// Only in builds with libspf2 (POSTERN_LIBSPF2).
class LibSpf2Engine final : public Evaluator {
public:
    explicit LibSpf2Engine(const Limits& limits) : Evaluator(limits) {}

private:
    [[nodiscard]] std::unique_ptr<CheckHost> new_run(const CheckContext& context) const override;

    LibSpf2 library_;
};

} // namespace postern::spf
