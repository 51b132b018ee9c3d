// Forward passes over the newest positions of rows whose earlier positions are cached.
#pragma once

#include <vector>

#include "pass.hpp"

namespace amt {

/// Keys and values of every layer, [rows, seq_len, 2, hidden_dim].
struct KeyValueCache {
  KeyValueCache(Ops& ops, const ModelConfig& config, int rows);
  static std::size_t bytes(const ModelConfig& config, int rows, std::size_t activation_bytes);
  std::vector<Buffer> layers;
};

/// Consecutive new positions of one row.
struct Segment {
  Dim row = 0;    ///< in the cache
  Dim first = 0;  ///< the first position; earlier ones are in the cache
  Dim length = 0;
};

/// The workspace holds the segment's tokens. forward() adds the keys and values of its positions to
/// the cache.
class CachedPass final : public Pass {
 public:
  CachedPass(Ops& ops, const ModelConfig& config, const ModelView& weights, Workspace& workspace,
             KeyValueCache& cache, const Segment& segment);

 private:
  void embed() override;
  void attend(int layer) override;

  KeyValueCache& cache_;
  Segment segment_;
};

/// One new position in each of several cached rows; arrays in device memory.
struct StepPlaces {
  const std::int32_t *rows, *positions;  ///< [count]
  Dim count = 0;
};

/// Like CachedPass, for one position in each row: the workspace contains one token per row. The
/// arguments of the operators depend only on the number of rows, so a recording of them can be
/// replayed.
class StepPass final : public Pass {
 public:
  StepPass(Ops& ops, const ModelConfig& config, const ModelView& weights, Workspace& workspace,
           KeyValueCache& cache, const StepPlaces& places);

 private:
  void embed() override;
  void attend(int layer) override;

  KeyValueCache& cache_;
  StepPlaces places_;
};

}  // namespace amt
