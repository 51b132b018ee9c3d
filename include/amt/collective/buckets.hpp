// Merges gradient ranges into buckets: a few long transfers instead of many short ones.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

namespace amt {

/// 25 MB: long enough to reach the network's bandwidth, short enough that the first bucket is sent
/// early in the backward pass.
constexpr std::int64_t kBucketFloats = 25 * 1000 * 1000 / 4;

/// Sends a piece of device memory, which is at most as long as a bucket.
using SendPiece = std::function<void(float* data, std::int64_t count)>;

/// Sends data[0, count) in pieces of `most` floats from front to back; the last one may be shorter.
void send_in_pieces(float* data, std::int64_t count, const SendPiece& send,
                    std::int64_t most = kBucketFloats);

/// Merges adjacent ranges, in either direction, until a bucket is full, and sends it in pieces. The
/// pieces depend only on the ranges and their order: ranks that add the same ranges send the same
/// pieces in the same order.
class Buckets {
 public:
  /// A bucket holds `most` floats.
  explicit Buckets(SendPiece send, std::int64_t most = kBucketFloats)
      : send_(std::move(send)), most_(most) {}
  void add(float* data, std::int64_t count);
  void flush();  ///< sends the bucket that is not full yet

 private:
  SendPiece send_;
  std::int64_t most_;
  float* pending_ = nullptr;
  std::int64_t pending_count_ = 0;
};

}  // namespace amt
