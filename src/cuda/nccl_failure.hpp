// Turns NCCL's errors into one line: what, where, and what to do next.
#pragma once

#include <nccl.h>

#include <string>
#include <string_view>
#include <vector>

#include "amt/base/error.hpp"

namespace amt::cuda {

/// Which rank speaks, for messages. Ranks that wait for one another fail together, and the first
/// cause is on one of them.
struct NcclPlace {
  int rank = 0, ranks = 1;
  std::string host;
  int device = 0;
};

/// "rank 3 of 8 on node-07, device 1"
std::string describe(const NcclPlace& place);

/// What lies between the ranks, whose hosts these are, in their order: "the links between the GPUs
/// of node-07", "the network of node-07, node-08 and 6 others".
std::string network_between(const std::vector<std::string>& hosts);

/// `what` failed with `result`; `detail` is ncclGetLastError's text, which may be empty or many
/// lines.
Error nccl_failure(const NcclPlace& place, std::string_view what, ncclResult_t result,
                   std::string_view detail);

/// `what` was not done after `seconds`.
Error nccl_timeout(const NcclPlace& place, std::string_view what, double seconds,
                   std::string_view detail);

}  // namespace amt::cuda
