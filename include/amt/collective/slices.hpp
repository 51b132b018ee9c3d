// How a flat buffer is divided among ranks that each keep a part of it (ZeRO).
#pragma once

#include <cstdint>
#include <functional>

namespace amt {

/// Floats [begin, end) of a buffer.
struct Slice {
  std::int64_t begin = 0, end = 0;
  std::int64_t count() const { return end - begin; }
};

/// Slices are contiguous, in the order of the ranks, and a function of (count, ranks) alone. Each
/// begins at a multiple of kAlignment floats; all are equally long but for the last that is not
/// empty, which is shorter by up to ranks x kAlignment. Where there are more ranks than
/// kAlignments, those at the end have nothing.
class Slices {
 public:
  static constexpr std::int64_t kAlignment = 128;  ///< floats: 512 bytes

  Slices(std::int64_t count, int ranks);
  std::int64_t count() const { return count_; }
  int ranks() const { return ranks_; }
  Slice of(int rank) const;

  /// f(owner, part) for what each rank has of `range`, front to back; never with nothing.
  void for_each_part(Slice range, const std::function<void(int owner, Slice part)>& f) const;

 private:
  std::int64_t count_, each_;
  int ranks_;
};

/// Device memory of slices.count() floats.
struct SlicedBuffer {
  float* data;
  Slices slices;
};

}  // namespace amt
