"""Which of AWS's PyTorch images a training job runs in, by region.

AWS keeps them in accounts of its own: one for most regions, one each for the later ones. Accounts and tags are those of
SageMaker's SDK (sagemaker-core 2.27.0, `image_uri_config/pytorch-amzn2023.json`); `make images` compares. The image has
torch 2.13.0, as our locks, on Python 3.12, and SageMaker's script mode.
"""

from __future__ import annotations

from operate.stage import Stage, StageError

TORCH = "2.13"
TAGS = {"gpu": f"{TORCH}-cu133-amzn2023-sagemaker", "cpu": f"{TORCH}-cpu-amzn2023-sagemaker"}
# One before it, of another family (Ubuntu, torch 2.10.0, Python 3.13), in the same accounts; no stage has it by itself.
FALLBACK = {"gpu": "pytorch-training:2.10.0-gpu-py313", "cpu": "pytorch-training:2.10.0-cpu-py313"}
ACCOUNTS = {
    "af-south-1": "626614931356", "ap-east-1": "871362719292", "ap-east-2": "975050140332",
    "ap-northeast-3": "364406365360", "ap-south-2": "772153158452", "ap-southeast-3": "907027046896",
    "ap-southeast-4": "457447274322", "ap-southeast-5": "550225433462", "ap-southeast-6": "633930458069",
    "ap-southeast-7": "590183813437", "ca-west-1": "204538143572", "eu-central-2": "380420809688",
    "eu-south-1": "692866216735", "eu-south-2": "503227376785", "il-central-1": "780543022126",
    "me-central-1": "914824155844", "me-south-1": "217643126080", "me-west-1": "124382933778",
    "mx-central-1": "637423239942", "us-gov-east-1": "446045086412", "us-gov-west-1": "442386744353",
} | dict.fromkeys((
    "ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
    "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2",
    "us-west-1", "us-west-2",
), "763104351884")  # fmt: skip


def image(stage: Stage, instance: str = "ml.g4dn.xlarge") -> str:
    """Address of the image for an instance type: with CUDA for one with a GPU, the smaller one without for others.

    Raises
    ------
    StageError
        No account of AWS's images is known in the stage's region.

    >>> image(Stage("dev", "eu-west-1", "s", "m", "d", "p", "q.fifo", "l.fifo"))
    '763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch:2.13-cu133-amzn2023-sagemaker'
    """
    return f"{registry(stage)}/pytorch:{TAGS[processor(instance)]}"


def registry(stage: Stage) -> str:
    """Host of AWS's images in the stage's region; raise `StageError` if none is known there."""
    account = ACCOUNTS.get(stage.region)
    if account is None:
        raise StageError(
            f"madness knows no PyTorch image of AWS in {stage.region}, only in {', '.join(sorted(ACCOUNTS))}. Write "
            f"the address of one that is there into MADNESS_TRAINING_IMAGE of stage {stage.name} in "
            f".chalice/config.json, as ACCOUNT.dkr.ecr.{stage.region}.amazonaws.com/pytorch:{TAGS['gpu']}"
        )
    return f"{account}.dkr.ecr.{stage.region}.amazonaws.com"


def processor(instance: str) -> str:
    """`gpu` for the families of instances with NVIDIA's GPUs (ml.g..., ml.p...), else `cpu`.

    >>> [processor(one) for one in ("ml.g4dn.xlarge", "ml.p5.48xlarge", "ml.m5.xlarge")]
    ['gpu', 'gpu', 'cpu']
    """
    return "gpu" if instance.removeprefix("ml.")[:1] in ("g", "p") else "cpu"
