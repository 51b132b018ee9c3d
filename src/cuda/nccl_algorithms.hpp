// The algorithms that NCCL may use for sums.
#pragma once

namespace amt::cuda {

/// Makes communicators that are created afterwards avoid sums within the switch (NVLS), whose order
/// differs from call to call. If NCCL_ALGO is set in the environment, it stays as it is. Logs on
/// rank 0 which of the two applies. Local; must be called on all ranks, because they must agree on
/// the algorithm.
void leave_out_nvls();

}  // namespace amt::cuda
