#include "amt/dataset/rows.hpp"

namespace amt {

std::vector<MicroBatch> plan_micro_batches(int batch, int ranks, int rank, int micro) {
  const int share = batch / ranks;
  std::vector<MicroBatch> plan;
  for (int row = 0; row < share; row += micro) plan.push_back({rank * share + row, micro});
  return plan;
}

}  // namespace amt
