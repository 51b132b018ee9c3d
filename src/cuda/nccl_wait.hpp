// Waits for NCCL with a way out when the communication fails.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace amt::cuda {

/// Calls `done` until it returns true, `seconds` at most: false if it never did. It is asked once
/// more after the time is over, so that a process that was stopped meanwhile does not give up on
/// what is there. The first milliseconds are spent spinning: handing work to a device takes less.
inline bool wait_until(const std::function<bool()>& done, double seconds) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::microseconds kSpin(2000), kPause(100);
  const auto start = Clock::now();
  const auto limit = std::chrono::duration<double>(seconds);
  while (!done()) {
    const auto waited = Clock::now() - start;
    if (waited >= limit) return done();
    if (waited < kSpin) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(kPause);
    }
  }
  return true;
}

}  // namespace amt::cuda
