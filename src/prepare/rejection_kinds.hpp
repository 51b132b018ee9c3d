// Groups the reasons for rejections into kinds that can be counted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "amt/corpus/corpus.hpp"

namespace amt {

struct RejectionCount {
  std::string reason;
  std::uint64_t files = 0;
};

/// Counts reasons after removing what differs from file to file: byte offsets ("a data byte over
/// 127 at byte 1031") and paths ("cannot open PATH: no such file or folder"). Most frequent first,
/// then by name.
std::vector<RejectionCount> rejections_by_reason(const std::vector<Rejection>& rejections);

/// Returns a line about the files that were rejected only because of --memory; "" if there are
/// none.
std::string too_large_text(const std::vector<Rejection>& rejections);

}  // namespace amt
