#include "amt/optimizer/partition.hpp"

#include <algorithm>

#include "amt/ops/muon.hpp"

namespace amt {
namespace {

/// The cost of an AdamW update of one element, in FLOP of Muon's products: what a device computes
/// while it moves the element's 30 bytes. That is roughly 300 on a CPU and up to 9,000 at a GPU's
/// peak rates, which products of this size do not reach.
constexpr double kFlopsPerElement = 3000;

/// A tensor and the cost of its update.
struct Piece {
  Slice floats;
  double work;
  bool whole;  ///< must not be split
};

std::vector<Piece> pieces_of(const ParameterLayout& layout) {
  const std::vector<BlockMatrix> matrices = block_matrices(layout);
  std::vector<Piece> pieces;
  auto matrix = matrices.begin();
  for (const ParameterInfo& tensor : layout.all()) {
    if (!pieces.empty()) pieces.back().floats.end = tensor.offset;
    Piece piece{{tensor.offset, layout.total()}, 0, false};
    for (; matrix != matrices.end() && matrix->offset < tensor.offset + tensor.size; ++matrix) {
      piece.work += muon_flops(matrix->rows, matrix->columns);
      piece.whole = true;
    }
    if (!piece.whole) piece.work = kFlopsPerElement * static_cast<double>(tensor.stored);
    pieces.push_back(piece);
  }
  return pieces;
}

/// Returns the offset at which the updates before it cost about `work`.
std::int64_t cut_at(const std::vector<Piece>& pieces, double work) {
  for (const Piece& piece : pieces) {
    if (work >= piece.work) {
      work -= piece.work;
      continue;
    }
    const double share = work / piece.work;
    if (piece.whole) return share < 0.5 ? piece.floats.begin : piece.floats.end;
    const auto floats =
        static_cast<std::int64_t>(share * static_cast<double>(piece.floats.count()));
    return piece.floats.begin + floats / Slices::kAlignment * Slices::kAlignment;
  }
  return pieces.back().floats.end;
}

Slices matrix_slices(const ParameterLayout& layout, int ranks) {
  const std::vector<Piece> pieces = pieces_of(layout);
  double all = 0;
  for (const Piece& piece : pieces) all += piece.work;
  std::vector<std::int64_t> bounds;
  for (int rank = 0; rank < ranks; ++rank) bounds.push_back(cut_at(pieces, all * rank / ranks));
  bounds.push_back(layout.total());
  return Slices(std::move(bounds));
}

}  // namespace

Partition partition(OptimizerName optimizer, const ParameterLayout& layout, Slice part) {
  Partition result;
  std::int64_t at = part.begin;
  const auto range_to = [&](std::int64_t end) {
    if (at < end) result.ranges.push_back({at, end});
    at = std::max(at, end);
  };
  if (optimizer == OptimizerName::kMuon) {
    for (const BlockMatrix& matrix : block_matrices(layout)) {
      if (matrix.offset < part.begin || matrix.end() > part.end) continue;
      range_to(matrix.offset);
      at = std::max(at, matrix.end());  // the ranges of adjacent column blocks overlap
      result.matrices.push_back(matrix);
    }
  }
  range_to(part.end);
  return result;
}

Slices optimizer_slices(OptimizerName optimizer, const ParameterLayout& layout, int ranks) {
  return optimizer == OptimizerName::kMuon ? matrix_slices(layout, ranks)
                                           : Slices(layout.total(), ranks);
}

std::int64_t update_activations(const std::vector<BlockMatrix>& matrices) {
  std::int64_t most = 0;
  for (const BlockMatrix& m : matrices) most = std::max(most, muon_work(m.rows, m.columns));
  return most;
}

}  // namespace amt
