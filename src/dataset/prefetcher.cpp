#include "amt/dataset/prefetcher.hpp"

#include <csignal>
#include <utility>

#include "amt/dataset/row_block.hpp"

namespace amt {
namespace {

/// Blocks every signal in this thread, and in those it starts, for the object's lifetime.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, SIGBUS);  // for a row that cannot be read: base/mapped_file.hpp
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_;
};

}  // namespace

Prefetcher::Prefetcher(const RowSource& rows, std::uint64_t most) : rows_(rows) {
  const std::size_t tokens = most * rows.row_length();
  for (Buffer* buffer : {&filling_, &taken_}) buffer->tokens.resize(tokens);
  const SignalsBlocked blocked;
  thread_ = std::thread([this] { work(); });
}

Prefetcher::~Prefetcher() {
  {
    const std::lock_guard lock(mutex_);
    quit_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::span<const Token> Prefetcher::next(const RowRange& now, const RowRange& following) {
  std::unique_lock lock(mutex_);
  if (ahead_ != now) begin(lock, now);
  changed_.wait(lock, [this] { return !asked_; });
  std::swap(filling_, taken_);
  ahead_ = {};
  const std::exception_ptr error = std::exchange(taken_.error, nullptr);
  if (error) std::rethrow_exception(error);
  if (following.count > 0) begin(lock, following);
  const std::size_t length = rows_.row_length();
  return std::span(taken_.tokens).first(now.count * length);
}

/// Waits for the previous read, because there is only one buffer to read into.
void Prefetcher::begin(std::unique_lock<std::mutex>& lock, const RowRange& range) {
  changed_.wait(lock, [this] { return !asked_; });
  filling_.error = nullptr;
  ahead_ = range;
  asked_ = range;
  changed_.notify_all();
}

void Prefetcher::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return quit_ || asked_; });
    if (quit_) return;
    const RowRange range = *asked_;
    lock.unlock();
    read(range, filling_);
    lock.lock();
    asked_.reset();
    changed_.notify_all();
  }
}

void Prefetcher::read(const RowRange& range, Buffer& buffer) const {
  try {
    read_selected(rows_, range, buffer.tokens);
  } catch (...) {
    buffer.error = std::current_exception();
  }
}

}  // namespace amt
