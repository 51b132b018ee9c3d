#include "amt/train/optimizer.hpp"

#include <cmath>

namespace amt {

Optimizer::Optimizer(Ops& ops, const OptimizerOptions& options, std::int64_t count)
    : ops_(ops),
      options_(options),
      count_(count),
      first_(Buffer::floats(ops, count)),
      second_(Buffer::floats(ops, count)) {
  first_.zero();
  second_.zero();
}

double Optimizer::gradient_norm(const float* gradients) {
  return std::sqrt(ops_.sum_of_squares(gradients, count_));
}

void Optimizer::update(float* parameters, const float* gradients, double norm, double learning_rate,
                       std::int64_t update) {
  AdamWStep step;
  step.learning_rate = learning_rate;
  step.beta1 = options_.beta1;
  step.beta2 = options_.beta2;
  step.epsilon = options_.epsilon;
  step.weight_decay = options_.weight_decay;
  step.gradient_scale = norm > options_.max_grad_norm ? options_.max_grad_norm / norm : 1.0;
  step.update = update;
  ops_.adamw(parameters, first_.as<float>(), second_.as<float>(), gradients, count_, step);
  ops_.prepare_weights(parameters, count_);
}

}  // namespace amt
