// How a flat buffer is divided among ranks that each keep a part of it (ZeRO).
#pragma once

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace amt {

/// Floats [begin, end) of a buffer.
struct Slice {
  std::int64_t begin = 0, end = 0;
  std::int64_t count() const { return end - begin; }
};

/// Slices are contiguous, in the order of the ranks. Some may have nothing.
class Slices {
 public:
  static constexpr std::int64_t kAlignment = 128;  ///< floats: 512 bytes

  /// A function of (count, ranks) alone. Each begins at a multiple of kAlignment floats; all are
  /// equally long but for the last that is not empty, which is shorter by up to ranks x kAlignment.
  /// Where there are more ranks than kAlignments, those at the end have nothing.
  Slices(std::int64_t count, int ranks);
  /// Where each rank's slice begins, from 0 on, and the end of the last; in order.
  explicit Slices(std::vector<std::int64_t> bounds) : bounds_(std::move(bounds)) {}

  std::int64_t count() const { return bounds_.back(); }
  int ranks() const { return static_cast<int>(bounds_.size()) - 1; }
  Slice of(int rank) const;
  std::int64_t longest() const;  ///< floats

  /// f(owner, part) for what each rank has of `range`, front to back; never with nothing.
  void for_each_part(Slice range, const std::function<void(int owner, Slice part)>& f) const;

 private:
  std::vector<std::int64_t> bounds_;
};

/// Device memory of slices.count() floats.
struct SlicedBuffer {
  float* data;
  Slices slices;
};

}  // namespace amt
