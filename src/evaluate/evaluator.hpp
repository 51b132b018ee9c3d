// Evaluates one checkpoint after another on the same rows, reusing one model's memory. All calls
// are collective.
#pragma once

#include <filesystem>
#include <optional>

#include "amt/collective/reducer.hpp"
#include "amt/dataset/manifest.hpp"
#include "amt/model/model.hpp"
#include "amt/mpi/communicator.hpp"
#include "amt/resources/precision.hpp"
#include "amt/weights/hugging_face.hpp"
#include "csv.hpp"

namespace amt {

/// The rows that models are evaluated on. Local.
struct EvaluationRows {
  /// Throws Error or UsageError if the dataset cannot be read or has no rows in this split.
  EvaluationRows(const std::string& dataset, Split split, const RowSelection& selection);

  Manifest manifest;
  Split split;
  RowSelection selection;
  std::optional<DatasetRows> train, evaluated;
};

class Evaluator {
 public:
  /// `rows`, `world`, `ops` and `reducer` must outlive this object.
  Evaluator(const EvaluationRows& rows, int micro_batch, WeightFormat weights,
            const mpi::Communicator& world, Ops& ops, Reducer& reducer);

  /// Reads the model in a folder on rank 0, replacing the previous one. Throws mpi::CollectiveError
  /// if it cannot be used or its shape differs from the first model's; another one must then be
  /// loaded before evaluate(). Its code is kUsage if the model does not fit the dataset.
  void load(const std::filesystem::path& folder);

  /// Evaluates the model that was loaded last. Throws mpi::CollectiveError if a signal requested a
  /// stop.
  EvaluationRecord evaluate();

  /// Returns the shape of attention in evaluate(); a last micro-batch may have fewer rows.
  AttentionShape attention() const { return attention_of(model_->config(), micro_batch_); }
  const ParameterLayout& layout() const { return model_->layout(); }

 private:
  HuggingFaceModel open(const std::filesystem::path& folder) const;

  const EvaluationRows& rows_;
  int micro_batch_;
  WeightFormat weights_;
  const mpi::Communicator& world_;
  Ops& ops_;
  Reducer& reducer_;
  EvaluationRecord record_;
  std::optional<Model> model_;
  std::optional<double> unigram_;
};

}  // namespace amt
