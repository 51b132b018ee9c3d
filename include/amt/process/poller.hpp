// Calls a function periodically from a background thread.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace amt {

/// Calls `look(elapsed)` every `interval` seconds from its own thread during its lifetime;
/// `elapsed` is the time in seconds since the last call, or since the start. `look` must not throw.
/// The destructor waits for a call in progress.
class Poller {
 public:
  Poller(double interval, std::function<void(double elapsed)> look);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

 private:
  void work();

  double interval_;
  std::function<void(double)> look_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool quit_ = false;
  std::thread thread_;
};

}  // namespace amt
