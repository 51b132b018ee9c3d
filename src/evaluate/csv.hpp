// Evaluations as lines of CSV (RFC 4180, except that lines end in \n), one per checkpoint. Example:
//   checkpoint,step,split,rows,loss,bps,event_ppl,onset_ppl,duration_ppl,note_ppl,unigram_loss
//   run/checkpoints/step-000123,123,test,52,1.25,80.4,42.5,1.59,3.9,2.4,6.02
// A column without a value is empty: step for a folder that is not a checkpoint, bps for a split
// without music, a perplexity for a dataset whose encoding lacks that field.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "amt/evaluate/evaluation.hpp"

namespace amt {

/// A model evaluated on a split.
struct EvaluationRecord {
  std::filesystem::path folder;
  std::optional<std::int64_t> step;
  Split split = Split::kTest;
  std::uint64_t rows = 0;  ///< evaluated rows: all of the split, or a subsample
  EvaluationMetrics metrics;
  double unigram_loss = 0;
};

/// Returns the header line with the column names, ending in a newline.
std::string evaluation_csv_header();

/// Formats a record as one line, ending in a newline. Numbers have 9 significant digits.
std::string to_csv(const EvaluationRecord& record);

}  // namespace amt
