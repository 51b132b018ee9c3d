#include "amt/optimizer/optimizer.hpp"

namespace amt {

Optimizer::Optimizer(Ops& ops, const OptimizerOptions& options, const ParameterLayout& layout,
                     Slice part)
    : ops_(ops),
      options_(options),
      part_(part),
      pieces_(partition(options.name, layout, part)),
      first_(Buffer::floats(ops, part.count())),
      second_(Buffer::floats(ops, part.count())) {
  first_.zero();
  second_.zero();
  const Dim work = update_activations(pieces_.matrices);
  if (work > 0) work_ = Buffer::activations(ops, work);
}

double Optimizer::gradient_squares(const float* gradients) {
  double sum = 0;
  if (part_.count() > 0) ops_.run(SumOfSquares{&sum, gradients + part_.begin, part_.count()});
  return sum;
}

void Optimizer::update(float* parameters, const float* gradients, double norm, double learning_rate,
                       std::int64_t update) {
  const double scale = norm > options_.max_grad_norm ? options_.max_grad_norm / norm : 1.0;
  const AdamWStep adamw{.learning_rate = learning_rate,
                        .beta1 = options_.beta1,
                        .beta2 = options_.beta2,
                        .epsilon = options_.epsilon,
                        .weight_decay = options_.weight_decay,
                        .gradient_scale = scale,
                        .update = update};
  for (const Slice& range : pieces_.ranges) {
    ops_.run(AdamW{.parameters = parameters + range.begin,
                   .first_moment = first_moment() + (range.begin - part_.begin),
                   .second_moment = second_moment() + (range.begin - part_.begin),
                   .gradients = gradients + range.begin,
                   .n = range.count(),
                   .step = adamw});
  }
  const MuonStep muon{.learning_rate = learning_rate,
                      .momentum = options_.momentum,
                      .weight_decay = options_.weight_decay,
                      .gradient_scale = scale};
  for (const BlockMatrix& matrix : pieces_.matrices) {
    ops_.run(Muon{.parameters = parameters + matrix.offset,
                  .momentum = first_moment() + (matrix.offset - part_.begin),
                  .gradients = gradients + matrix.offset,
                  .work = work_.activation(),
                  .rows = matrix.rows,
                  .columns = matrix.columns,
                  .stride = matrix.stride,
                  .step = muon});
  }
}

}  // namespace amt
