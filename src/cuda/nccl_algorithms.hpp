// The algorithms that NCCL may use for sums.
#pragma once

namespace amt::cuda {

/// Prevents communicators that are created afterwards from summing in the switch (NVLS), where the
/// order differs from call to call. Does not change NCCL_ALGO if it is set in the environment. Logs
/// on rank 0 which of the two applies. Local; must be called on all ranks, because they must agree
/// on the algorithm.
void leave_out_nvls();

}  // namespace amt::cuda
