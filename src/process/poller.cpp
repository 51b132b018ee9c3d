#include "amt/process/poller.hpp"

#include <chrono>
#include <utility>

namespace amt {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

Poller::Poller(double interval, std::function<void(double)> look)
    : interval_(interval), look_(std::move(look)), thread_([this] { work(); }) {}

Poller::~Poller() {
  {
    const std::scoped_lock lock(mutex_);
    quit_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Poller::work() {
  Clock::time_point last = Clock::now();
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, Seconds(interval_), [this] { return quit_; })) {
    lock.unlock();
    const Clock::time_point now = Clock::now();
    look_(Seconds(now - std::exchange(last, now)).count());
    lock.lock();
  }
}

}  // namespace amt
