// Merges ranges of a gradient into buckets: few long transfers in place of many short ones.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

namespace amt {

/// 25 MB: long enough to run at the network's bandwidth, short enough that the first bucket leaves
/// early in the backward pass.
constexpr std::int64_t kBucketFloats = 25 * 1000 * 1000 / 4;

/// What takes one piece of device memory, at most a bucket long.
using SendPiece = std::function<void(float* data, std::int64_t count)>;

/// data[0, count) in pieces of `most` floats, front to back; the last one may be shorter.
void send_in_pieces(float* data, std::int64_t count, const SendPiece& send,
                    std::int64_t most = kBucketFloats);

/// Merges neighbouring ranges, in either direction, until a bucket is full, and sends it in pieces.
/// Which pieces are sent follows from the ranges and their order alone, so that ranks that add the
/// same ranges send the same pieces in the same order.
class Buckets {
 public:
  /// A bucket holds `most` floats.
  explicit Buckets(SendPiece send, std::int64_t most = kBucketFloats)
      : send_(std::move(send)), most_(most) {}
  void add(float* data, std::int64_t count);
  void flush();  ///< sends what waits for its bucket to fill

 private:
  SendPiece send_;
  std::int64_t most_;
  float* pending_ = nullptr;
  std::int64_t pending_count_ = 0;
};

}  // namespace amt
