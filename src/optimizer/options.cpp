#include "amt/optimizer/options.hpp"

#include "amt/base/error.hpp"
#include "amt/base/strings.hpp"

namespace amt {

void OptimizerOptions::register_options(OptionTable& table) {
  table.add(
      "trainer.learning_rate", &learning_rate,
      "learning rate after the warm-up; auto: depends on the model's width, and is a tenth as "
      "large with --init");
  table.add("trainer.weight_decay", &weight_decay, "weight decay, applied to every parameter");
  table.add("trainer.beta1", &beta1, "decay of Adam's first moment");
  table.add("trainer.beta2", &beta2, "decay of Adam's second moment");
  table.add("trainer.epsilon", &epsilon, "added to the square root of Adam's second moment");
  table.add("trainer.max_grad_norm", &max_grad_norm,
            "maximum gradient norm; gradients with a larger norm are scaled down to it");
  table.add("trainer.lr_schedule", &lr_schedule,
            "learning-rate schedule after the warm-up (wsd: constant, then falling to 0 in the "
            "last steps)");
  table.add("trainer.warmup_ratio", &warmup_ratio,
            "fraction of the steps during which the learning rate rises from 0");
  table.add("trainer.decay_ratio", &decay_ratio,
            "wsd: fraction of the steps, at the end of training, during which the learning rate "
            "falls to 0");
  table.add("optimizer.name", &name,
            "optimiser (muon: orthogonalised momentum for the matrices of the transformer blocks, "
            "AdamW for embeddings, norms and biases)");
  table.add("optimizer.momentum", &momentum, "decay of Muon's momentum");
  table.add_customary("optimizer.name", {"optimizer", "optim"});
  table.add_customary("optimizer.momentum", {"muon_momentum"});
  table.add_customary("trainer.learning_rate", {"lr", "lrate", "max_lr", "rate"});
  table.add_customary("trainer.weight_decay", {"wd", "decay"});
  table.add_customary("trainer.epsilon", {"eps", "adam_epsilon"});
  table.add_customary("trainer.beta1", {"adam_beta1"});
  table.add_customary("trainer.beta2", {"adam_beta2"});
  table.add_customary("trainer.max_grad_norm", {"clip", "grad_clip", "gradient_clip"});
  table.add_customary("trainer.lr_schedule", {"scheduler", "lr_scheduler_type", "schedule"});
  table.add_customary("trainer.warmup_ratio", {"warmup", "warmup_steps"});
  table.add_customary("trainer.decay_ratio", {"cooldown", "cooldown_ratio", "decay_steps"});
}

void OptimizerOptions::validate() const {
  require_option(learning_rate.automatic || learning_rate > 0, "trainer.learning_rate",
                 learning_rate.value, "be above 0");
  require_option(weight_decay >= 0, "trainer.weight_decay", weight_decay, "be 0 or more");
  require_option(beta1 >= 0 && beta1 < 1, "trainer.beta1", beta1, "be in [0, 1)");
  require_option(beta2 >= 0 && beta2 < 1, "trainer.beta2", beta2, "be in [0, 1)");
  require_option(momentum >= 0 && momentum < 1, "optimizer.momentum", momentum, "be in [0, 1)");
  require_option(epsilon > 0, "trainer.epsilon", epsilon, "be above 0");
  require_option(max_grad_norm > 0, "trainer.max_grad_norm", max_grad_norm, "be above 0");
  require_option(warmup_ratio >= 0 && warmup_ratio <= 1, "trainer.warmup_ratio", warmup_ratio,
                 "be in [0, 1]");
  require_option(decay_ratio >= 0 && decay_ratio < 1, "trainer.decay_ratio", decay_ratio,
                 "be in [0, 1)");
}

}  // namespace amt
