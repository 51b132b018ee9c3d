// A forward pass over the newest positions of rows whose earlier positions are cached.
#pragma once

#include <span>
#include <vector>

#include "pass.hpp"

namespace amt {

/// Keys and values of every layer, [rows, seq_len, 2, hidden_dim].
struct KeyValueCache {
  KeyValueCache(Ops& ops, const ModelConfig& config, int rows);
  static std::size_t bytes(const ModelConfig& config, int rows, std::size_t activation_bytes);
  std::vector<Buffer> layers;
};

/// New positions of one row, one after another; or one position in each of several consecutive rows
/// that are equally long.
struct Segment {
  Dim row = 0;    ///< the first row, in the cache
  Dim first = 0;  ///< the first position; earlier ones are in the cache
  Dim length = 0;
  Dim rows = 1;
  Dim size() const { return rows * length; }
};

/// The workspace holds the segments' tokens one after another. forward() adds the keys and values
/// of the new positions to the cache.
class CachedPass final : public Pass {
 public:
  CachedPass(Ops& ops, const ModelConfig& config, const ModelView& weights, Workspace& workspace,
             KeyValueCache& cache, std::span<const Segment> segments);

 private:
  void embed() override;
  void attend(int layer) override;
  void attend(int layer, const Segment& segment, Dim at);

  KeyValueCache& cache_;
  std::span<const Segment> segments_;
};

}  // namespace amt
