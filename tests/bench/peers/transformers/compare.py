"""Generating with lakh-small on the CPU, one piece at a time: Transformers' generate() with its key-value
cache against amt's decoder, in tokens per second on two threads after a context of 500 tokens. Both use
random weights; Transformers samples from the whole vocabulary without the rules of events."""
import sys

from measure import arguments, built, interleaved, number, print_ratio, text_of

GENERATE = """
import sys, time, torch, transformers
torch.set_num_threads(2); torch.manual_seed(0)
model = transformers.GPT2LMHeadModel(transformers.GPT2Config(
    vocab_size=55028, n_positions=1024, n_embd=768, n_layer=12, n_head=12, bos_token_id=None, eos_token_id=None,
    scale_attn_by_inverse_layer_idx=True)).eval().to(getattr(torch, sys.argv[1]))
prompt = torch.arange(500)[None]
def seconds(new):
    begin = time.monotonic()
    model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=True, min_new_tokens=new, max_new_tokens=new,
                   pad_token_id=0)
    return time.monotonic() - begin
seconds(2)
print(90 / (seconds(91) - seconds(1)), "tokens/s")
"""
RATE = r"([\d.]+) tokens/s"


def main():
    options = arguments(__doc__, corpus=False)
    programs = built("decode_bench")
    for precision, type_name in (("fp32", "float32"), ("bf16", "bfloat16")):
        results = interleaved(options.rounds, {
            "Transformers": lambda t=type_name: number(RATE, text_of([sys.executable, "-c", GENERATE, t])),
            "amt": lambda p=precision: number(RATE, text_of([programs / "decode_bench", "--precision", p]))})
        print_ratio(f"tokens/s, {precision}", results, larger_is_better=True)


main()
