#include "track_merge.hpp"

#include <algorithm>
#include <utility>

namespace amt {
namespace {

/// Stable: of equal ticks those of [a, a_end) come first. Without branches on the ticks, which no
/// processor can predict.
void merge_two(const Message* a, const Message* a_end, const Message* b, const Message* b_end,
               Message* out) {
  while (a != a_end && b != b_end) {
    const bool second = b->tick < a->tick;
    *out++ = second ? *b : *a;
    b += second ? 1 : 0;
    a += second ? 0 : 1;
  }
  out = std::copy(a, a_end, out);
  std::copy(b, b_end, out);
}

/// Merges runs 0 and 1, 2 and 3, ... into `to`; halves run_ends.
void merge_pairs(std::span<const Message> from, std::span<Message> to,
                 std::vector<std::size_t>& run_ends) {
  std::size_t begin = 0, merged = 0;
  for (std::size_t run = 0; run < run_ends.size(); run += 2) {
    const std::size_t middle = run_ends[run];
    const std::size_t end = run + 1 < run_ends.size() ? run_ends[run + 1] : middle;
    merge_two(&from[0] + begin, &from[0] + middle, &from[0] + middle, &from[0] + end,
              &to[0] + begin);
    run_ends[merged++] = end;
    begin = end;
  }
  run_ends.resize(merged);
}

}  // namespace

std::span<const Message> merge_tracks(std::span<Message> messages, std::span<Message> scratch,
                                      std::vector<std::size_t>& run_ends) {
  while (run_ends.size() > 1) {
    merge_pairs(messages, scratch, run_ends);
    std::swap(messages, scratch);
  }
  return messages;
}

}  // namespace amt
