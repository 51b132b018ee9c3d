#include "amt/optimizer/optimizer.hpp"

namespace amt {

Optimizer::Optimizer(Ops& ops, const OptimizerOptions& options, Shard part)
    : ops_(ops),
      options_(options),
      part_(part),
      first_(Buffer::floats(ops, part.count())),
      second_(Buffer::floats(ops, part.count())) {
  first_.zero();
  second_.zero();
}

double Optimizer::gradient_squares(const float* gradients) {
  return part_.count() == 0 ? 0 : ops_.sum_of_squares(gradients + part_.begin, part_.count());
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
  ops_.adamw(parameters + part_.begin, first_.as<float>(), second_.as<float>(),
             gradients + part_.begin, part_.count(), step);
}

}  // namespace amt
