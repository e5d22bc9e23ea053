"""Weighted means of models, chosen by what they predict for rows held out."""
