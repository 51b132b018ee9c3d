// Which algorithms NCCL may use for sums.
#pragma once

namespace amt::cuda {

/// Of communicators that are made afterwards: no sums within the switch (NVLS), whose order is
/// another at each call. What NCCL_ALGO says in the environment stays. Says on rank 0 which of both
/// holds. Local; to be called on all ranks, as they must agree on the algorithm.
void leave_out_nvls();

}  // namespace amt::cuda
