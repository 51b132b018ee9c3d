#include "amt/optimizer/optimizer.hpp"

namespace amt {

Optimizer::Optimizer(Ops& ops, const OptimizerOptions& options, Slice part)
    : ops_(ops),
      options_(options),
      part_(part),
      first_(Buffer::floats(ops, part.count())),
      second_(Buffer::floats(ops, part.count())) {
  first_.zero();
  second_.zero();
}

double Optimizer::gradient_squares(const float* gradients) {
  double sum = 0;
  if (part_.count() > 0) ops_.run(SumOfSquares{&sum, gradients + part_.begin, part_.count()});
  return sum;
}

void Optimizer::update(float* parameters, const float* gradients, double norm, double learning_rate,
                       std::int64_t update) {
  if (part_.count() == 0) return;
  AdamWStep step;
  step.learning_rate = learning_rate;
  step.beta1 = options_.beta1;
  step.beta2 = options_.beta2;
  step.epsilon = options_.epsilon;
  step.weight_decay = options_.weight_decay;
  step.gradient_scale = norm > options_.max_grad_norm ? options_.max_grad_norm / norm : 1.0;
  step.update = update;
  ops_.run(AdamW{.parameters = parameters + part_.begin,
                 .first_moment = first_.as<float>(),
                 .second_moment = second_.as<float>(),
                 .gradients = gradients + part_.begin,
                 .n = part_.count(),
                 .step = step});
}

}  // namespace amt
