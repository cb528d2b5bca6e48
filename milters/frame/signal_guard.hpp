// Keeps libmilter's hands off our signals.
//
// smfi_main() starts a thread that takes HUP, TERM and INT by sigwait(3) and ends the milter for
// each of them; there is no option to leave it out. That the main thread does not block these
// signals is not enough: the kernel usually wakes the main thread, but hands the signal to whoever
// dequeues first, so every few hundred signals libmilter's thread is the winner (the tests found
// it). Therefore the program defines sigwait() itself; the dynamic linker prefers the program's
// definition to the C library's, and libmilter's thread sleeps in it for good. Nothing else in the
// suite calls sigwait().
#pragma once

#include <chrono>

namespace postern::milter {

/// Did libmilter's thread end up in our sigwait(), or does it within `patience`?
bool libmilter_leaves_signals(std::chrono::milliseconds patience) noexcept;

} // namespace postern::milter
