#include "amt/collective/buckets.hpp"

#include <algorithm>
#include <utility>

namespace amt {

void send_in_pieces(float* data, std::int64_t count, const SendPiece& send, std::int64_t most) {
  for (std::int64_t at = 0; at < count; at += most) {
    send(data + at, std::min(most, count - at));
  }
}

void Buckets::add(float* data, std::int64_t count) {
  if (count == 0) return;
  if (pending_count_ > 0 && data == pending_ + pending_count_) {
    pending_count_ += count;
  } else if (pending_count_ > 0 && data + count == pending_) {
    pending_ = data;
    pending_count_ += count;
  } else {
    flush();
    pending_ = data;
    pending_count_ = count;
  }
  if (pending_count_ >= most_) flush();
}

void Buckets::flush() { send_in_pieces(pending_, std::exchange(pending_count_, 0), send_, most_); }

}  // namespace amt
