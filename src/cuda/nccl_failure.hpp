// Turns NCCL's errors into one-line messages: what failed, where, and what to do next.
#pragma once

#include <nccl.h>

#include <string>
#include <string_view>
#include <vector>

#include "amt/base/error.hpp"

namespace amt::cuda {

/// The rank that reports an error, for messages. Ranks that wait for one another fail together, but
/// only one of them has the cause.
struct NcclPlace {
  int rank = 0, ranks = 1;
  std::string host;
  int device = 0;
};

/// Returns "rank 3 of 8 on node-07, device 1".
std::string describe(const NcclPlace& place);

/// Describes the connection between ranks on these hosts, given in rank order: "the links between
/// the GPUs of node-07", "the network of node-07, node-08 and 6 others".
std::string network_between(const std::vector<std::string>& hosts);

/// Returns the Error for the failure of `what` with `result`. `detail` is ncclGetLastError's text,
/// which may be empty or have several lines.
Error nccl_failure(const NcclPlace& place, std::string_view what, ncclResult_t result,
                   std::string_view detail);

/// Returns the Error for `what` not having finished after `seconds`.
Error nccl_timeout(const NcclPlace& place, std::string_view what, double seconds,
                   std::string_view detail);

}  // namespace amt::cuda
