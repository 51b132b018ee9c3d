// Divides a flat buffer among ranks that each keep one part of it (ZeRO).
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

/// Slices are contiguous, in the order of the ranks. Some may be empty.
class Slices {
 public:
  static constexpr std::int64_t kAlignment = 128;  ///< floats: 512 bytes

  /// Creates equal slices, which depend only on `count` and `ranks`. Each begins at a multiple of
  /// kAlignment floats. The last one also has the remainder, less than ranks x kAlignment floats;
  /// if there is nothing else, the other slices are empty.
  Slices(std::int64_t count, int ranks);
  /// Creates slices from `bounds`: the first element of each rank's slice, ascending from 0, and
  /// the end of the last slice.
  explicit Slices(std::vector<std::int64_t> bounds) : bounds_(std::move(bounds)) {}

  std::int64_t count() const { return bounds_.back(); }
  int ranks() const { return static_cast<int>(bounds_.size()) - 1; }
  Slice of(int rank) const;
  std::int64_t longest() const;  ///< floats
  /// Returns the length of equal slices, without the last one's remainder; 0 if they are unequal.
  std::int64_t equal() const;

  /// Calls f(owner, part) for each rank's part of `range`, front to back, skipping empty parts.
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
